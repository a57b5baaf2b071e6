/**
 * For a pick or a field that follows another one. When that closes, VS Code gives the focus back to where it was; a webview takes it
 * a moment late, and the next step would close again at once.
 */
export const nextStep = { ignoreFocusOut: true } as const;
