import { expect } from 'vitest'
import { OneLoginError, type OneLoginErrorCode } from '../../lib/errors.ts'

/** Returns the error of this package that a call fails with. With any other result the test fails. */
export async function refusalOf(work: Promise<unknown> | (() => unknown)): Promise<OneLoginError> {
  const error: unknown = await (typeof work === 'function' ? Promise.resolve().then(work) : work).then(
    () => new Error('It was accepted.'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof OneLoginError)) throw error
  return error
}

/** Expects a call to fail with a code and a message that gives the reason. */
export async function expectRefused(
  work: Promise<unknown> | (() => unknown),
  code: OneLoginErrorCode,
  reason: RegExp,
): Promise<OneLoginError> {
  const error = await refusalOf(work)
  expect(error.message).toMatch(reason)
  expect(error.code).toBe(code)
  const [, named] = /^Option "([^"]+)"/.exec(error.message) ?? []
  if (named !== undefined) expect(withoutIndex(error.option)).toBe(withoutIndex(named))
  return error
}

function withoutIndex(option: string | undefined): string | undefined {
  return option?.replace(/\[\d+\]$/, '')
}
