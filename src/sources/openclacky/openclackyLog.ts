import { arrayOf, objectOf, stringOf, type JsonObject } from '../jsonValue.js';

/**
 * The messages after what a write-ahead log says happened since the session was saved. Its lines are
 * `{seq, op, …}`; those up to the session's own `wal_seq` are in the session already. What is not understood is passed
 * over, as the program does: a log is there because it died, and its last line may be torn.
 */
export function replayLog(messages: readonly JsonObject[], log: string, savedSeq: number): readonly JsonObject[] {
  let current = messages;
  for (const event of eventsOf(log)) if (event.seq > savedSeq) current = applied(current, event.fields);
  return current;
}

function eventsOf(log: string): readonly { readonly seq: number; readonly fields: JsonObject }[] {
  const events = log.split('\n').flatMap((line) => {
    try {
      const fields = objectOf(JSON.parse(line));
      return typeof fields['seq'] === 'number' ? [{ seq: fields['seq'], fields }] : [];
    } catch {
      // Torn by the crash that the log is for, or blank.
      return [];
    }
  });
  return events.sort((a, b) => a.seq - b.seq);
}

function applied(messages: readonly JsonObject[], event: JsonObject): readonly JsonObject[] {
  const index = typeof event['index'] === 'number' ? event['index'] : -1;
  switch (stringOf(event['op'])) {
    case 'append':
      return [...messages, objectOf(event['msg'])];
    case 'replace_all':
      return arrayOf(event['messages']).map(objectOf);
    case 'replace_system_prompt':
      return messages.some(isSystem)
        ? messages.map((message) => (isSystem(message) ? objectOf(event['msg']) : message))
        : [objectOf(event['msg']), ...messages];
    case 'pop_last':
      return messages.slice(0, -1);
    case 'delete_where': {
      const gone = new Set(arrayOf(event['indices']));
      return messages.filter((_, at) => !gone.has(at));
    }
    case 'truncate_from':
    case 'rollback_before':
      return index < 0 ? messages : messages.slice(0, index);
    case 'truncate_from_created_at': {
      const at = messages.findIndex((message) => message['role'] === 'user' && message['created_at'] === event['created_at']);
      return at === -1 ? messages : messages.slice(0, at);
    }
    case 'attach_to_tool_result':
      return messages.map((message) =>
        message['tool_call_id'] === event['tool_call_id'] && message['role'] === 'tool'
          ? { ...message, [stringOf(event['key'])]: event['value'] }
          : message,
      );
    case 'mutate_last_matching':
      return messages.map((message, at) => (at === index ? objectOf(event['msg']) : message));
    default:
      return messages;
  }
}

const isSystem = (message: JsonObject): boolean => message['role'] === 'system';
