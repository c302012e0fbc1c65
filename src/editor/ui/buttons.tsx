// Icon buttons. Their label is the tooltip and the accessible name.
import { getCommand } from './commands.ts'
import type { ComponentChildren } from 'preact'
import { shortcut, type CommandId } from './commands.ts'
import { showMenu, type Menu } from './state.ts'

interface IconButtonProps {
  /** Accessible name. */
  label: string
  /** Tooltip. Default: the label. */
  title?: string
  icon: ComponentChildren
  onClick: (event: MouseEvent & { currentTarget: HTMLButtonElement }) => void
  /** Classes in addition to `button`. Default: a square without text. */
  class?: string
  disabled?: boolean
  /** State of a toggle. */
  pressed?: boolean
  /** State of a button that shows or hides something. */
  expanded?: boolean
  opensMenu?: boolean
  /** -1 if arrow keys move the focus to it instead of Tab. */
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

/** Button for a command, with its label, keys and state. */
export function CommandButton({ command: id, label, ...rest }: CommandButtonProps) {
  const command = getCommand(id)
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
  /** Side at which the menu opens. */
  side?: 'below' | 'above'
}

/** Button that opens a menu. */
export function MenuButton({ menu, side = 'below', ...rest }: MenuButtonProps) {
  return (
    <IconButton
      {...rest}
      opensMenu
      onClick={({ currentTarget }) => {
        const { left, top, bottom } = currentTarget.getBoundingClientRect()
        showMenu({ at: [left, side === 'below' ? bottom + 4 : top - 4], ...menu() })
      }}
    />
  )
}
