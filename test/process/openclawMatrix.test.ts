import { agentScenario } from '../support/agentScenario.js';
import { openclaw } from '../support/realAgents/openclaw.js';
import { othersThan } from '../support/realAgents/realAgents.js';

agentScenario(openclaw, othersThan(openclaw));
