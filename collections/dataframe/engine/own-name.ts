/**
 * The name of a column that the house adds for the moment. No file and no program calls a column so: it begins with the character that
 * ends a text elsewhere.
 */
export const ownName = (name: string): string => `\u0000${name}`;
