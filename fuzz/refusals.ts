import { isOneLoginError, type OneLoginErrorCode } from '../lib/errors.ts'

/**
 * Runs code of the library that may refuse what it is given.
 *
 * @param codes - the codes that a refusal may have
 * @returns what came of it; nothing where it was refused
 * @throws whatever is no refusal, which is a finding
 */
export async function unlessRefused<Result>(
  codes: readonly OneLoginErrorCode[],
  work: () => Result | Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isOneLoginError(error) && codes.includes(error.code)) return undefined
    throw error
  }
}

/** Ends the fuzzing with a finding. */
export function demand(holds: boolean, finding: string): asserts holds {
  if (!holds) throw new Error(finding)
}
