import { environments } from '../../options/environments.ts'
import type { Settings } from '../../options/strategy-options.ts'

/** Returns where to change a service's registration. */
export function registryOf({
  environment,
}: {
  readonly environment: Pick<Settings['environment'], 'issuer'>
}): string {
  if (environment.issuer === environments.production.issuer) return 'with One Login (Live Service Hub)'
  if (environment.issuer === environments.integration.issuer) return 'in the One Login admin tool'
  return "in the simulator's registration"
}
