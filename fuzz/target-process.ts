import { mutated } from './mutation.ts'
import { seeds } from './seeds.ts'

/** A message of this process to its parent. */
export interface Progress {
  /** The current input, so that it is known if the process hangs. */
  readonly input: string
  readonly runs: number
  /** A description of the finding. */
  readonly finding?: string
  readonly isDone?: boolean
}

const [target = '', seconds = '60'] = process.argv.slice(2)
const { fuzz } = (await import(`./targets/${target}.ts`)) as { fuzz: (data: Buffer) => void | Promise<void> }
const inputs = (seeds[target] ?? []).map((seed) => Buffer.from(seed))
const endsAt = performance.now() + Number(seconds) * 1000
const send = (progress: Progress) =>
  new Promise<void>((resolve) => process.send?.(progress, undefined, undefined, () => resolve()))

let runs = 0
let sentAt = 0
let finding: string | undefined
let input: Buffer = inputs[0] ?? Buffer.alloc(0)
while (performance.now() < endsAt && finding === undefined) {
  input = runs < inputs.length ? (inputs[runs] ?? input) : mutated(inputs)
  runs++
  if (performance.now() - sentAt > 500) {
    sentAt = performance.now()
    await send({ input: input.toString('base64'), runs })
  }
  const begin = performance.now()
  try {
    await fuzz(input)
  } catch (error) {
    finding = error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  const took = performance.now() - begin
  if (took > 2000) finding ??= `it takes ${(took / 1000).toFixed(1)} s`
}
await send({ input: input.toString('base64'), runs, isDone: true, ...(finding !== undefined && { finding }) })
process.exit(0)
