import { type Answer, type ClayRequest, emptyAnswer, htmlAnswer, jsonAnswer } from '../core/answer.ts';
import type { Surface } from '../core/surface.ts';
import * as refusal from '../faults/refusals.ts';

/** The surfaces that always say the same when no fault is on. */
export const fixedAnswer = (
  surface: Exclude<Surface, 'me' | 'balance' | 'webhook' | 'status'>,
  request: ClayRequest,
): Answer => {
  switch (surface) {
    case 'web':
      return htmlAnswer(200, '<!doctype html><title>Clay</title><h1>Clay (simulated)</h1>');
    case 'mcp':
      // Without a key: a free sign of life of the API host [L, clay-facts].
      return request.method === 'POST'
        ? jsonAnswer(401, { error: 'unauthorized' }, { 'www-authenticate': 'Bearer' })
        : jsonAnswer(405, { message: 'Method not allowed' }, { allow: 'POST' });
    case 'retired':
      return jsonAnswer(404, { success: false, message: 'deprecated API endpoint' });
    case 'connectivity':
      return emptyAnswer(204);
    case 'callback':
      return jsonAnswer(request.method === 'POST' ? 202 : 200, { status: 'ok' });
    case 'health':
      return jsonAnswer(200, { status: 'ok', queue: { depth: 3 } });
    case 'crm':
    case 'provider':
      return jsonAnswer(200, { status: 'ok' });
    case 'other':
      return refusal.notFound();
  }
};
