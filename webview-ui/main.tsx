import { render } from 'preact';
import { connectHost } from './host.js';
import { createPanelStore } from './panelStore.js';
import { registerToolkit } from './toolkit.js';
import { App } from './view/app.js';
import { followLinks } from './view/links.js';

registerToolkit();
const root = document.getElementById('root') ?? document.body.appendChild(document.createElement('div'));
const host = connectHost(root.dataset['state']);
const store = createPanelStore();
host.listen(store.dispatch);
followLinks(root, host.post);
render(<App store={store} host={host} />, root);
host.post({ kind: 'ready' });
