import { render } from 'preact';
import { connectHost } from './host.js';
import { createPanelStore } from './panelStore.js';
import { registerToolkit } from './toolkit.js';
import { App } from './view/app.js';
import { followLinks } from './view/links.js';

registerToolkit();
const root = document.getElementById('root') ?? document.body.appendChild(document.createElement('div'));
const store = createPanelStore();
const host = connectHost(root.dataset['state'], () => store.state.session?.row.id);
host.listen(store.dispatch);
followLinks(root, (message) => host.post(message));
render(<App store={store} host={host} />, root);
host.post({ kind: 'ready' });
