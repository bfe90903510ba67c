/** Slack's words for "not now". */
const PASSING: ReadonlySet<string> = new Set([
  'ratelimited',
  'rate_limited',
  'message_limit_exceeded',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);

/** What to do about a refusal; the ones that people meet. */
const REMEDIES: Readonly<Record<string, string>> = {
  channel_not_found:
    'Look at the id of the channel in notify.slack; invite the app if the channel is private.',
  not_in_channel: 'Invite the app to the channel: /invite @<the app>.',
  is_archived: 'Take the channel out of the archive, or configure another one.',
  restricted_action: 'Allow the app to post in this channel (channel settings, posting permissions).',
  restricted_action_thread_only_channel: 'Choose a channel in which new threads may be begun.',
  invalid_auth: 'Put the bot token of the app (xoxb-) into the secret.',
  not_authed: 'Put the bot token of the app (xoxb-) into the secret.',
  token_expired: 'Put a new bot token into the secret.',
  token_revoked: 'Install the app again and put its new bot token into the secret.',
  account_inactive: 'The app was removed from the workspace: install it again and put its new token there.',
  no_permission: 'Give the app the scope chat:write and install it again.',
  missing_scope: 'Give the app the scope chat:write and install it again.',
  not_allowed_token_type: 'Put a bot token (xoxb-) into the secret, no other kind.',
  org_login_required: 'The workspace is being moved; wait until Slack is done with it.',
  ekm_access_denied: 'Ask an administrator of the workspace: posting is suspended there.',
  access_denied: 'Ask an administrator of the workspace to allow the app.',
};

/** The message is gone, or cannot be edited any more: a new one takes its place. */
const GONE: ReadonlySet<string> = new Set([
  'message_not_found',
  'thread_not_found',
  'cant_update_message',
  'edit_window_closed',
  'update_failed',
]);

/** Slack did not like the blocks: the words alone still tell people. */
const UNFIT: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
]);

export const isPassing = (code: string): boolean => PASSING.has(code);
export const isGone = (code: string): boolean => GONE.has(code);
export const isUnfit = (code: string): boolean => UNFIT.has(code);
export const remedyOf = (code: string): string =>
  REMEDIES[code] ?? 'Look the code up in the documentation of chat.postMessage.';
