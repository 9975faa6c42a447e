import { join } from 'node:path'
import { makeClientSecret } from './client-secret-files.ts'
import { createKeyPair, type KeyPair } from './key-pair.ts'
import { writeNewFiles } from './new-files.ts'
import { choiceOf, textOf, UsageError, type Subcommand } from './subcommand.ts'
import { writeHeading, writeJson, writeLine, type Terminal } from './terminal.ts'

const help = `Usage: passport-govuk-one-login keys [flags]

Creates the RSA key pair that a service uses to authenticate to GOV.UK One Login, in new files:
  one-login-private-key.pem   the private key, which only you can read (mode 600)
  one-login-public-key.pem    the public key
  one-login-jwks.json         the public key as a JSON Web Key Set, with its key ID (kid)
Then it shows where to use each file. It never overwrites a file.

With --client-secret, it creates a client secret instead, for a platform that cannot use a key:
  one-login-client-secret.txt        the secret, which only you can read (mode 600)
  one-login-client-secret-hash.txt   its Argon2id hash, for One Login

Flags:
  --out DIR         the folder for the files (default: this folder)
  --bits BITS       2048 (default), 3072 or 4096
  --client-secret   creates a client secret and its hash instead of a key pair
  --json            writes the result as JSON
  --help            this text

Exit codes: 0 created, 1 a file already exists or cannot be written, 2 invalid arguments.
`

interface Paths {
  readonly privateKey: string
  readonly publicKey: string
  readonly jwks: string
}

/** `keys`: creates a key pair. */
export const keysCommand: Subcommand = {
  help,
  flags: {
    out: { type: 'string' },
    bits: { type: 'string' },
    'client-secret': { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(values, terminal) {
    const bits = Number(choiceOf(values, 'bits', ['2048', '3072', '4096']) ?? 2048)
    const directory = textOf(values, 'out') ?? '.'
    if (values['client-secret'] === true) {
      if (values.bits !== undefined)
        throw new UsageError(
          '--bits is the length of a key, and --client-secret creates no key. Use only one of them.',
        )
      await makeClientSecret(directory, values.json === true, terminal)
      return 0
    }
    const paths = {
      privateKey: join(directory, 'one-login-private-key.pem'),
      publicKey: join(directory, 'one-login-public-key.pem'),
      jwks: join(directory, 'one-login-jwks.json'),
    }
    const pair = await createKeyPair(bits)
    const jwks = `${JSON.stringify({ keys: [pair.publicJwk] }, undefined, 2)}\n`
    await writeNewFiles(
      [
        { path: paths.privateKey, content: pair.privateKey, mode: 0o600 },
        { path: paths.publicKey, content: pair.publicKey, mode: 0o644 },
        { path: paths.jwks, content: jwks, mode: 0o644 },
      ],
      {
        subject: 'The keys',
        advice: 'Your service may be signing with it. Move it to another folder, or use --out.',
      },
    )
    if (values.json === true) writeJson(terminal.stdout, summary(pair, bits, paths), 2)
    else explain(terminal, pair, bits, paths)
    return 0
  },
}

function summary({ publicKey, publicJwk }: KeyPair, bits: number, files: Paths): object {
  return { bits, kid: publicJwk.kid, files, publicKey, publicJwk }
}

function explain({ stdout }: Terminal, { publicJwk }: KeyPair, bits: number, paths: Paths): void {
  writeLine(stdout, `Created an RSA key pair of ${bits} bits. Its key ID (kid) is ${publicJwk.kid}.`)
  writeHeading(stdout, 'In your service')
  writeLine(
    stdout,
    `  Set ONE_LOGIN_PRIVATE_KEY to the content of ${paths.privateKey}. You can leave out the line breaks.`,
  )
  writeLine(
    stdout,
    '  Store it in a secret store, share it with nobody, and keep the file out of version control.',
  )
  writeLine(stdout, '  Use a different key pair for each environment (integration, production).')
  writeHeading(
    stdout,
    'In the One Login admin tool, select Client authentication, Public key, Change. Then use one of these:',
  )
  writeLine(
    stdout,
    '  JWKS URL (recommended, because you can then change keys without contacting One Login):',
  )
  writeLine(
    stdout,
    '    the address at which your service publishes its public keys with routes() or jwks(),',
  )
  writeLine(stdout, '    for example https://your-service.service.gov.uk/.well-known/jwks.json')
  writeLine(stdout, `    (if your service does not use them, publish ${paths.jwks})`)
  writeLine(stdout, '  Static key:')
  writeLine(stdout, `    the content of ${paths.publicKey}, with its first and last line`)
  writeHeading(stdout, 'For production')
  writeLine(
    stdout,
    '  You cannot use the admin tool. Send JwksUrl or PublicKey with your production configuration,',
  )
  writeLine(stdout, '  or ask for the change through the Live Service Hub.')
  writeHeading(stdout, 'Then')
  writeLine(stdout, '  To check that One Login has the key, run: npx passport-govuk-one-login doctor')
}
