import { startServer } from './server.js';

startServer({ env: process.env });
