import { agentScenario } from '../support/agentScenario.js';
import { gemini } from '../support/realAgents/gemini.js';
import { othersThan } from '../support/realAgents/realAgents.js';

agentScenario(gemini, othersThan(gemini));
