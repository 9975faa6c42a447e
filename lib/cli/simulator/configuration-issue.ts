import * as v from 'valibot'

/** A problem with a configuration. */
export interface ConfigurationIssue {
  /** The path of the member. Not set if the problem is the configuration itself. */
  readonly path: string | undefined
  /** What the member must be, without a full stop. */
  readonly message: string
  /** The value that was received. */
  readonly value: unknown
}

/** Returns the problems of a configuration. */
export function configurationIssues(issues: readonly v.BaseIssue<unknown>[]): ConfigurationIssue[] {
  return issues.map((issue) => ({
    path: v.getDotPath(issue) ?? undefined,
    message: messageOf(issue),
    value: issue.path?.at(-1)?.value,
  }))
}

const messages: Readonly<Record<string, string>> = {
  array: 'must be a list',
  boolean: 'must be true or false',
  union: 'must be true or false',
  number: 'must be a number',
  integer: 'must be a whole number',
  string: 'must be a string',
  non_empty: 'must not be empty',
  url: 'must be a URL',
}

function messageOf({ type, expected, requirement, message }: v.BaseIssue<unknown>): string {
  if (type === 'picklist' || type === 'literal')
    return `must be ${(expected ?? '').replace(/[(")]/g, '').replaceAll(' | ', ' or ')}`
  if (type === 'min_value') return `must be at least ${String(requirement)}`
  if (type === 'max_value') return `must be at most ${String(requirement)}`
  return messages[type] ?? message
}
