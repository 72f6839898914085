import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'

import type { Role } from '@/stores/session'

/** A page of the sidebar, and of "Go to" in the command palette. */
export interface Place {
  to: string
  /** Key of its name in the catalogues. */
  label: string
  icon: Component
  section: 'supervise' | 'serve' | 'configure'
  roles: readonly Role[]
  /** Place within its section; the lowest stands first. */
  order?: number
  /** Where it stands for whoever does not have this role. */
  otherwise?: { unless: Role; section: Place['section'] }
}

/** What each area's `routes.ts` exports; areas are found by their folder, the shell names none. */
export interface Area {
  routes: readonly RouteRecordRaw[]
  places?: readonly Place[]
}

const files = import.meta.glob<Area>('../*/routes.ts', { eager: true })
const order = ['supervise', 'serve', 'configure']

export const areaRoutes: RouteRecordRaw[] = Object.values(files).flatMap((area) => area.routes)
function inOrder(one: Place, other: Place): number {
  return order.indexOf(one.section) - order.indexOf(other.section) || (one.order ?? 50) - (other.order ?? 50)
}

export const places: Place[] = Object.values(files)
  .flatMap((area) => area.places ?? [])
  .sort(inOrder)

export function placesFor(has: (role: Role) => boolean): Place[] {
  return places
    .filter((place) => place.roles.some(has))
    .map((place) => (place.otherwise && !has(place.otherwise.unless) ? { ...place, section: place.otherwise.section } : place))
    .sort(inOrder)
}
