import { agentScenario } from '../support/agentScenario.js';
import { opencode } from '../support/realAgents/opencode.js';
import { othersThan } from '../support/realAgents/realAgents.js';

agentScenario(opencode, othersThan(opencode));
