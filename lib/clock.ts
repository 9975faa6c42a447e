/** Returns the time in whole seconds since 1970, as in tokens and session records. */
export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
