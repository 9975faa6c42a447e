const loopback = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Whether the command may call an address: one of this machine, or of a host that the user allowed. */
export const isAllowed = ({ hostname }: URL, allowed: readonly string[]): boolean =>
  loopback.test(hostname) || allowed.includes(hostname)
