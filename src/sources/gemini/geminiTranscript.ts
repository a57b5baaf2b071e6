import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { GeminiConversation, type GeminiItem } from './geminiConversation.js';
import { jsonElements, jsonMembers, partValue } from '../jsonPart.js';
import { readJsonLines } from '../jsonLines.js';

/** A file of before the lines is written in place: it is looked at again for so long before its beginning has to do. */
const retries = 8;
const retryMs = 25;

/** The messages of one file, as far as it can be read. */
export async function readGeminiItems(path: string): Promise<readonly GeminiItem[]> {
  const conversation = new GeminiConversation();
  if (path.endsWith('.jsonl')) {
    // A line that is damaged takes nothing else with it.
    for await (const { value } of readJsonLines(path)) if (value !== undefined) conversation.add(value);
  } else conversation.add(await readConversation(path));
  return conversation.items();
}

async function readConversation(path: string): Promise<unknown> {
  let text = '';
  for (let tried = 0; tried < retries; tried++) {
    const now = await readFile(path, 'utf8');
    try {
      return JSON.parse(now) as unknown;
    } catch {
      // Torn or damaged: the same twice is damaged.
      if (now === text) break;
    }
    text = now;
    await delay(retryMs);
  }
  const messages = [...jsonMembers(text)].find(({ key }) => key === 'messages');
  return { messages: messages ? [...jsonElements(text, messages.start)].map((part) => partValue(text, part)) : [] };
}
