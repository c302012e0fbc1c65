// Buttons that are mostly a sign: their name is for the pointer that rests on them, and for who cannot see it.
import type { ComponentChildren } from 'preact'
import { shortcut, type CommandId } from './commands.ts'
import { useEditor } from './context.ts'
import type { Menu } from './state.ts'
import * as state from './state.ts'

interface IconButtonProps {
  /** Its name. */
  label: string
  /** What is said under the pointer; the name by default. */
  title?: string
  icon: ComponentChildren
  onClick: (event: MouseEvent & { currentTarget: HTMLButtonElement }) => void
  /** Beside `button`; a square without words by default. */
  class?: string
  disabled?: boolean
  /** Whether what it switches is on. */
  pressed?: boolean
  /** Whether what it opens is open. */
  expanded?: boolean
  opensMenu?: boolean
  /** -1 where arrows lead to it, not the tab key. */
  tabIndex?: number
  children?: ComponentChildren
}

export function IconButton(props: IconButtonProps) {
  const {
    label,
    title = label,
    icon,
    onClick,
    class: classes = 'icon',
    disabled,
    pressed,
    expanded,
    opensMenu,
    tabIndex,
    children,
  } = props
  return (
    <button
      type="button"
      class={`button ${classes}`}
      disabled={disabled ?? false}
      onClick={onClick}
      aria-label={label}
      title={title}
      {...(tabIndex !== undefined && { tabIndex })}
      {...(pressed !== undefined && { 'aria-pressed': pressed })}
      {...(expanded !== undefined && { 'aria-expanded': expanded })}
      {...(opensMenu && { 'aria-haspopup': 'menu' as const })}
    >
      {icon}
      {children}
    </button>
  )
}

interface CommandButtonProps {
  command: CommandId
  icon: ComponentChildren
  label?: string
  class?: string
  children?: ComponentChildren
}

/** A button for a command: its name, keys and state come from there. */
export function CommandButton({ command: id, label, ...rest }: CommandButtonProps) {
  const { commands } = useEditor()
  const command = commands[id]
  const keys = shortcut(command)
  const name = label ?? command.label
  return (
    <IconButton
      {...rest}
      label={name}
      title={keys ? `${name} (${keys})` : name}
      disabled={!(command.enabled?.() ?? true)}
      onClick={() => command.run()}
    />
  )
}

interface MenuButtonProps extends Omit<IconButtonProps, 'onClick' | 'opensMenu'> {
  menu: () => Omit<Menu, 'at'>
  /** Where the menu opens. */
  side?: 'below' | 'above'
}

/** A button that opens a menu. */
export function MenuButton({ menu, side = 'below', ...rest }: MenuButtonProps) {
  return (
    <IconButton
      {...rest}
      opensMenu
      onClick={({ currentTarget }) => {
        const { left, top, bottom } = currentTarget.getBoundingClientRect()
        state.menu.value = { at: [left, side === 'below' ? bottom + 4 : top - 4], ...menu() }
      }}
    />
  )
}
