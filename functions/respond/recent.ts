export { recentOf as recent } from '../http/recent.ts';
