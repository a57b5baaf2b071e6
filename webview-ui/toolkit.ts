import { provideVSCodeDesignSystem, vsCodeButton, vsCodeCheckbox, vsCodeOption, vsCodeTextField } from '@vscode/webview-ui-toolkit';

/** Defines the toolkit's elements that `view/controls.tsx` uses. The only file that knows the toolkit: it is not developed any more. */
export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeOption(), vsCodeTextField());
}
