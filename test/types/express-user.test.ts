import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const appPath = `${root}test/types/app-in-memory.ts`

/** Returns the compiler's errors in an app. The app is its own program, because its global declarations apply to all files. */
function errorsOf(source: string): string[] {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, (path) => ts.sys.readFile(path)) as {
    config: object
  }
  const { options } = ts.parseJsonConfigFileContent(
    { ...config, include: [], files: [appPath] },
    ts.sys,
    root,
  )
  // test/package/types.mjs checks the declarations of the packed package without it.
  const ofApp = { ...options, skipLibCheck: true }
  const host = ts.createCompilerHost(ofApp)
  const onDisk = { ...host }
  host.fileExists = (path) => path === appPath || onDisk.fileExists(path)
  host.getSourceFile = (path, ...rest) =>
    path === appPath
      ? ts.createSourceFile(path, source, ts.ScriptTarget.ES2023, true)
      : onDisk.getSourceFile(path, ...rest)
  const program = ts.createProgram([appPath], ofApp, host)
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(appPath))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

const app = `
import type { Request } from 'express'
import passport from 'passport'
import { OneLoginStrategy, type OneLoginUser } from 'passport-govuk-one-login'

declare global { namespace Express { interface User extends OneLoginUser {} } }

export const nameOf = ({ user }: Request) => (user?.identity?.proven ? user.identity.name.full : user?.email)
// @ts-expect-error it may not be proven
export const unproven = ({ user }: Request) => user?.identity?.name
passport.use(new OneLoginStrategy({ environment: 'integration', clientId: 'a', callbackURL: 'https://a.example/cb' }))
passport.serializeUser((user, done) => done(null, user.sub))
`

describe('Express.User', () => {
  it('[UI-2] is declared in one line, and then types req.user everywhere', { timeout: 180_000 }, () => {
    expect(errorsOf(app)).toEqual([])
  })
})
