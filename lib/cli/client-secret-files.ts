import { join } from 'node:path'
import { createClientSecret } from './client-secret.ts'
import { writeNewFiles } from './new-files.ts'
import { writeHeading, writeJson, writeLine, type Terminal } from './terminal.ts'

interface Paths {
  readonly clientSecret: string
  readonly hash: string
}

/**
 * Creates a client secret and its hash, each in a new file, and explains where they go. The secret is not shown.
 *
 * @param directory - where the files go
 * @param asJSON - whether to write JSON instead of the explanation
 */
export async function makeClientSecret(
  directory: string,
  asJSON: boolean,
  terminal: Terminal,
): Promise<void> {
  const files = {
    clientSecret: join(directory, 'one-login-client-secret.txt'),
    hash: join(directory, 'one-login-client-secret-hash.txt'),
  }
  const { secret, hash } = await createClientSecret()
  await writeNewFiles(
    [
      { path: files.clientSecret, content: secret, mode: 0o600 },
      { path: files.hash, content: hash, mode: 0o644 },
    ],
    {
      subject: 'The client secret',
      advice: 'Your service may be using it. Move it to another folder, or use --out.',
    },
  )
  if (asJSON) writeJson(terminal.stdout, { files, hash }, 2)
  else explain(terminal, hash, files)
}

function explain({ stdout }: Terminal, hash: string, { clientSecret, hash: hashFile }: Paths): void {
  writeLine(stdout, `Created a client secret in ${clientSecret} and its Argon2id hash in ${hashFile}:`)
  writeLine(stdout, `  ${hash}`)
  writeHeading(stdout, 'In your service')
  writeLine(stdout, `  Set ONE_LOGIN_CLIENT_SECRET to the content of ${clientSecret}.`)
  writeLine(stdout, '  Store it in a secret store, then delete the file. Keep it out of version control.')
  writeLine(stdout, '  Use another secret in each environment.')
  writeHeading(stdout, 'To One Login')
  writeLine(stdout, `  Email the content of ${hashFile} to govuk-one-login@digital.cabinet-office.gov.uk.`)
  writeLine(stdout, '  Leave the subject empty. Add no client ID, no explanation and no attachment:')
  writeLine(stdout, '  One Login does not use a secret that comes with more than its hash.')
  writeHeading(stdout, 'Before you do')
  writeLine(
    stdout,
    '  One Login allows secrets only for platforms that cannot use a key. You cannot request identities with a secret.',
  )
  writeLine(stdout, '  If you can, use a key: run this command without --client-secret.')
}
