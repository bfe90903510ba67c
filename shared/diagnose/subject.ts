/** The feed of a subject: `leads` of `leads/leads-1`. */
export const feedOf = (subject: string): string => subject.split('/')[0] ?? subject;

/** A provider or CRM as the rows of a feed name it (`leads/apollo`), in contrast to one that is probed (`apollo`). */
export const isAboutRows = (subject: string): boolean => subject.includes('/');
