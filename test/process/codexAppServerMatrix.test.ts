import { agentScenario } from '../support/agentScenario.js';
import { codexAppServer } from '../support/realAgents/codex.js';
import { othersThan } from '../support/realAgents/realAgents.js';

agentScenario(codexAppServer, othersThan(codexAppServer));
