import { nearestName } from './nearest-name.ts'

/** Returns what is wrong with the arguments, from the error of `parseArgs`. */
export function flagErrorMessage(error: unknown, args: readonly string[], flags: readonly string[]): string {
  const { code, message } = error as NodeJS.ErrnoException
  const [, flag = ''] = /--?([\w-]+)/.exec(message) ?? []
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const nearest = nearestName(flag, flags)
    return `Unknown flag ${dashes(flag)}. ${nearest === undefined ? 'Use a flag from the help.' : `Did you mean --${nearest}?`}`
  }
  if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') {
    const [, argument = ''] = /'([^']*)'/.exec(message) ?? []
    return `Unexpected argument "${argument}". Put its flag before it, or remove it.`
  }
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE')
    return args.some((arg) => arg.startsWith(`--${flag}=`)) && message.includes('does not take')
      ? `--${flag} takes no value. Remove the value.`
      : `--${flag} needs a value. Add one.`
  return 'Invalid arguments. Check their spelling.'
}

const dashes = (flag: string): string => (flag.length === 1 ? `-${flag}` : `--${flag}`)
