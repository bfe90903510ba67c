import type { ComponentChildren } from 'preact';
import './button.css';
import { cx } from './class-names.ts';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick?: (() => void) | undefined;
  /** primary: the one thing to do here · danger: what is hard to take back · quiet: without a frame. */
  readonly look?: 'primary' | 'plain' | 'danger' | 'quiet';
  readonly small?: boolean;
  readonly icon?: IconName;
  /** Only the icon is seen; `children` name it for screen readers and as a tip. */
  readonly iconOnly?: boolean;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly type?: 'button' | 'submit';
  readonly title?: string;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly controls?: string;
  readonly describedBy?: string;
}

const classOf = ({ look = 'plain', small, iconOnly }: Partial<ButtonProps>): string =>
  cx('button', look, small === true && 'small', iconOnly === true && 'icon-only');

/** A button that is busy keeps its size, cannot be pressed twice, and stays where the focus is. */
export const Button = (props: ButtonProps) => {
  const {
    children,
    onClick,
    icon,
    iconOnly = false,
    busy = false,
    disabled = false,
    type = 'button',
  } = props;
  return (
    <button
      type={type}
      class={cx(classOf(props), busy && 'busy')}
      disabled={disabled}
      aria-disabled={busy ? 'true' : undefined}
      aria-busy={busy ? 'true' : undefined}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      aria-controls={props.controls}
      aria-describedby={props.describedBy}
      title={props.title ?? (iconOnly && typeof children === 'string' ? children : undefined)}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.();
      }}
    >
      {icon && <Icon name={icon} />}
      <span class={iconOnly ? 'visually-hidden' : 'button-text'}>{children}</span>
    </button>
  );
};

/** Looks like a button, goes somewhere. */
export const LinkButton = ({
  href,
  children,
  icon,
  download,
  external = false,
  ...look
}: Pick<ButtonProps, 'children' | 'look' | 'small' | 'icon'> & {
  readonly href: string;
  readonly download?: string;
  readonly external?: boolean;
}) => (
  <a
    class={classOf(look)}
    href={href}
    download={download}
    {...(external && { target: '_blank', rel: 'noreferrer' })}
  >
    {icon && <Icon name={icon} />}
    <span class="button-text">{children}</span>
  </a>
);
