import { operationRequirements } from './operation-requirements.ts'
import { requestRequirements } from './request-requirements.ts'
import type { Requirement } from './requirement.ts'
import { sessionRequirements } from './session-requirements.ts'
import { tokenRequirements } from './token-requirements.ts'

/** Every checked requirement by its ID, in the order of the report. */
export const catalogue = {
  ...requestRequirements,
  ...tokenRequirements,
  ...sessionRequirements,
  ...operationRequirements,
} as const satisfies Record<string, Requirement>

/** The ID of a requirement. */
export type RequirementId = keyof typeof catalogue

/** The IDs of all requirements, in the order of the report. */
export const requirementIds = Object.keys(catalogue) as RequirementId[]

/** Whether a text is the ID of a requirement. */
export const isRequirementId = (text: string): text is RequirementId => Object.hasOwn(catalogue, text)

/** Returns a requirement. */
export const requirementOf = (id: RequirementId): Requirement => catalogue[id]
