import { agentScenario } from '../support/agentScenario.js';
import { codex } from '../support/realAgents/codex.js';
import { othersThan } from '../support/realAgents/realAgents.js';

agentScenario(codex, othersThan(codex));
