// Body of a node: the params with a widget, and the space of its view.
import { hasEffect, type Declaration, type Param } from '../engine/plan/op.ts'

/**
 * Returns the params with a widget on the node: those that have an effect and are basic or changed.
 * The panel lists all params. A value that is missing in `values` is the default.
 */
export const visibleParams = (
  declaration: Pick<Declaration, 'params'>,
  values: Readonly<Record<string, unknown>>,
): [string, Param][] => {
  const value = (name: string) =>
    name in values ? values[name] : declaration.params[name]?.default
  return Object.entries(declaration.params).filter(
    ([name, param]) =>
      hasEffect(declaration.params, name, value) &&
      (!param.advanced || JSON.stringify(value(name)) !== JSON.stringify(param.default)),
  )
}

/** True for observers and for nodes that declare room for a view. */
export const hasView = ({ role, room }: Declaration): boolean =>
  role === 'observer' || room !== undefined

/** Minimal height of the view of a node, in addition to slots and widgets. */
export const viewHeight = ({ role, room }: Declaration): number =>
  role === 'observer' ? MIN_VIEW_HEIGHT : (room?.height ?? 0)
const MIN_VIEW_HEIGHT = 170

/** Least width of a new observer: 240 pixels at the smallest zoom at which graphs open (0.6). */
const OBSERVER_WIDTH = 400

/** Initial width of a node with a view, and its initial height beyond the minimum. */
export const initialViewSpace = (declaration: Declaration): { width: number; more: number } => {
  if (!hasView(declaration)) return { width: 0, more: 0 }
  const { role, room } = declaration
  return {
    width: Math.max(role === 'observer' ? OBSERVER_WIDTH : 0, room?.width ?? 0),
    more: Math.max(0, (room?.height ?? 0) - viewHeight(declaration)),
  }
}
