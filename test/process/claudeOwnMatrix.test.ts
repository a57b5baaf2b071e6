import { agentScenario } from '../support/agentScenario.js';
import { claudeOwn } from '../support/realAgents/claudeOwn.js';
import { othersThan } from '../support/realAgents/realAgents.js';

agentScenario(claudeOwn, othersThan(claudeOwn));
