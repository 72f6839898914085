import { KeyRound, ListTree, Route, ShieldCheck, UserCog } from '@lucide/vue'

import type { Area } from '@/shell/places'
import type { Role } from '@/stores/session'

const roles: Role[] = ['administrator']

export const routes: Area['routes'] = [
  { path: '/admin', redirect: '/admin/supervision' },
  { path: '/admin/supervision', component: () => import('./SupervisionPage.vue'), meta: { roles, title: 'nav.supervision' } },
  { path: '/admin/queues', component: () => import('./QueuesPage.vue'), meta: { roles, title: 'nav.queues' } },
  { path: '/admin/workstreams', component: () => import('./WorkstreamsPage.vue'), meta: { roles, title: 'nav.workstreams' } },
  { path: '/admin/workstreams/:id', component: () => import('./WorkstreamPage.vue'), props: true, meta: { roles, title: 'nav.workstreams' } },
  { path: '/admin/users', component: () => import('./UsersPage.vue'), meta: { roles, title: 'nav.users' } },
  { path: '/admin/tokens', component: () => import('./TokensPage.vue'), meta: { roles, title: 'admin.tokens.title' } },
]
export const places: Area['places'] = [
  { to: '/admin/supervision', label: 'nav.supervision', icon: ShieldCheck, section: 'configure', roles, order: 10 },
  { to: '/admin/queues', label: 'nav.queues', icon: ListTree, section: 'configure', roles, order: 20 },
  { to: '/admin/workstreams', label: 'nav.workstreams', icon: Route, section: 'configure', roles, order: 30 },
  { to: '/admin/users', label: 'nav.users', icon: UserCog, section: 'configure', roles, order: 40 },
  { to: '/admin/tokens', label: 'admin.tokens.title', icon: KeyRound, section: 'configure', roles, order: 50 },
]
