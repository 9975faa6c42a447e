import { isOneLoginError, type OneLoginErrorCode } from '../lib/errors.ts'

/**
 * Runs code of the library that may reject its input.
 *
 * @param codes - the codes that a rejection may have
 * @returns the result, or nothing if the input was rejected
 * @throws any error that is not a rejection, which is a finding
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
