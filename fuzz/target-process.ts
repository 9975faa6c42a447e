import { mutated } from './mutation.ts'
import { startingInputs } from './findings.ts'

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
const inputs = startingInputs(target)
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
  try {
    if ((await timeOf(input)) > 2000) {
      // The machine may have stood still.
      const again = await timeOf(input)
      if (again > 2000) finding = `it takes ${(again / 1000).toFixed(1)} s`
    }
  } catch (error) {
    finding = error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}
await send({ input: input.toString('base64'), runs, isDone: true, ...(finding !== undefined && { finding }) })
process.exit(0)

/** Runs the target. Returns the milliseconds that it takes. */
async function timeOf(data: Buffer): Promise<number> {
  const begin = performance.now()
  await fuzz(data)
  return performance.now() - begin
}
