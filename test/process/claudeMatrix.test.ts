import { agentScenario } from '../support/agentScenario.js';
import { claude } from '../support/realAgents/claude.js';
import { othersThan } from '../support/realAgents/realAgents.js';

agentScenario(claude, othersThan(claude));
