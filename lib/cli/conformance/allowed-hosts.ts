import { isLoopback } from '../../options/environments.ts'

/** Whether the command may call an address: one of this machine, or of a host that the user allowed. */
export const isAllowed = ({ hostname }: URL, allowed: readonly string[]): boolean =>
  isLoopback(hostname) || /.\.localhost$/.test(hostname) || allowed.includes(hostname)
