import type { OneLoginOptions } from 'passport-govuk-one-login'
import { startSimulator, type Simulator } from 'passport-govuk-one-login/simulator'
import { Browser } from '../test/support/browser.ts'
import { freePort } from '../test/support/listen.ts'

/** A running example, the simulator that it is registered with, and a browser. */
export interface StartedExample extends AsyncDisposable {
  readonly op: Simulator
  readonly url: string
  readonly browser: Browser
  visit(path: string, visit?: Parameters<Browser['visit']>[1]): ReturnType<Browser['visit']>
}

/**
 * Starts an example on a free port. `listen` gets One Login's options and returns the function that closes the
 * example.
 */
export async function startExample(
  listen: (options: OneLoginOptions, port: number) => Promise<() => Promise<unknown>>,
): Promise<StartedExample> {
  const op = await startSimulator()
  const start = async (tries: number): Promise<{ url: string; close: () => Promise<unknown> }> => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    op.register({
      callbackURL: `${url}/auth/callback`,
      postLogoutRedirectURL: `${url}/`,
      backChannelLogoutURL: `${url}/back-channel-logout`,
    })
    try {
      return { url, close: await listen(op.options, port) }
    } catch (error) {
      // Another test may have used the port since it was found.
      if (tries > 1 && (error as NodeJS.ErrnoException).code === 'EADDRINUSE') return start(tries - 1)
      await op.close()
      throw error
    }
  }
  const { url, close } = await start(3)
  const browser = new Browser()
  return {
    op,
    url,
    browser,
    visit: (path, visit) => browser.visit(url + path, visit),
    [Symbol.asyncDispose]: async () => {
      await close()
      await op.close()
    },
  }
}
