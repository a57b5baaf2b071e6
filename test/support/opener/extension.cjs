// Installed by `npm start` alone, so that the sample's sessions are the first thing seen and not the Explorer.
const vscode = require('vscode');

exports.activate = () => vscode.commands.executeCommand('skein.sessions.focus');
