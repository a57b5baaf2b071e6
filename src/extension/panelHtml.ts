export interface PanelHtml {
  /** Fresh for each document. */
  readonly nonce: string;
  /** `webview.cspSource`: where the extension's own files are. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  readonly language: string;
  /** What the panel shows, for the webview to keep with `setState`: so VS Code gives it back after a reload. */
  readonly state: { readonly folder: string; readonly id?: string | undefined };
}

/**
 * The document of a chat panel. Nothing is allowed but our own script by its nonce, our style sheet, the styles that the
 * toolkit makes (it takes the nonce from the meta tag) and our font: what a transcript holds is neither run nor loaded.
 */
export function panelHtml({ nonce, cspSource, script, style, language, state }: PanelHtml): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
  ].join('; ');
  return `<!doctype html>
<html lang="${attribute(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${attribute(nonce)}">
<link rel="stylesheet" nonce="${attribute(nonce)}" href="${attribute(style)}">
<title>Skein</title>
</head>
<body>
<div id="root" data-state="${attribute(JSON.stringify(state))}"></div>
<script nonce="${attribute(nonce)}" src="${attribute(script)}"></script>
</body>
</html>
`;
}

const attribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
