import { expect, it, vi } from 'vitest'
import { authenticate } from '../../lib/express/authenticate.ts'

it('[CB-18] passport.authenticate outside of Express ends with an error that says so', async () => {
  const actions = { success: vi.fn(), fail: vi.fn(), redirect: vi.fn(), error: vi.fn() }
  await authenticate(vi.fn() as never, vi.fn(), vi.fn() as never, {}, actions)
  const message = expect.stringContaining('outside of Express') as string
  expect(actions.error.mock.calls).toEqual([
    [expect.objectContaining({ code: 'session_unavailable', message })],
  ])
  expect(actions.fail).not.toHaveBeenCalled()
})
