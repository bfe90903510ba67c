import { usageDocument } from '../../shared/usage/document.ts';
import { jsonText } from './text.ts';

export const renderUsageJson = (...document: Parameters<typeof usageDocument>): string =>
  jsonText(usageDocument(...document));
