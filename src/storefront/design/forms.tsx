import type { ComponentChildren } from 'preact';
import type { FieldErrors } from '#platform/form';
import { KEY_FIELD } from '#platform/idempotency';
import { Icon, type IconName } from './icon.tsx';
import { useView } from './view.tsx';

/** The hidden key by which a form that is sent twice has one effect. Its value comes from `site.ids.next()`. */
export function Key({ value }: { value: string }) {
  return <input type="hidden" name={KEY_FIELD} value={value} />;
}

export interface FieldProps {
  name: string;
  /** Where two forms of a page have a field of one name, which is the id otherwise. */
  id?: string;
  label: string;
  value?: string | number | undefined;
  type?: 'text' | 'email' | 'password' | 'number' | 'tel' | 'search' | 'date' | 'datetime-local' | 'url' | 'file';
  required?: boolean;
  /** Of a list's filter, where nothing is ever required: then it is not said of each. */
  isFilter?: boolean;
  autocomplete?: string;
  hint?: ComponentChildren;
  errors?: FieldErrors | undefined;
  /** What is wrong, where it is more than `required` or `invalid`. */
  error?: string | undefined;
  more?: FieldAttributes;
}

export interface FieldAttributes {
  min?: number | string;
  max?: number | string;
  step?: number | string;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  inputMode?: 'numeric' | 'decimal' | 'tel' | 'email' | 'search';
  placeholder?: string;
  accept?: string;
  list?: string;
  multiple?: boolean;
}

/** A labelled field with its hint and what is wrong with it, tied together for those who can't see them. */
export function Field(props: FieldProps) {
  const { name, id = name, value, type = 'text', required = false, autocomplete, hint, more = {} } = props;
  const error = useErrorOf(props);
  return (
    <FieldFrame {...props} id={id} required={required} hint={hint} error={error} isFilter={props.isFilter}>
      <input
        id={`f-${id}`}
        name={name}
        value={value}
        required={required}
        autocomplete={autocomplete}
        {...describedBy(id, hint, error)}
        // Preact's types are a union by `type`, which is known here at run time only.
        {...({ ...more, type } as object)}
      />
    </FieldFrame>
  );
}

export interface TextAreaProps extends Omit<FieldProps, 'type' | 'more'> {
  rows?: number;
  more?: Pick<FieldAttributes, 'minLength' | 'maxLength' | 'placeholder'>;
}

export function TextArea(props: TextAreaProps) {
  const { name, id = name, value = '', required = false, hint, rows = 4, more = {} } = props;
  const error = useErrorOf(props);
  return (
    <FieldFrame {...props} id={id} required={required} hint={hint} error={error} isFilter={props.isFilter}>
      <textarea id={`f-${id}`} name={name} rows={rows} required={required} {...describedBy(id, hint, error)} {...more}>
        {value}
      </textarea>
    </FieldFrame>
  );
}

export interface SelectProps extends Omit<FieldProps, 'type' | 'more'> {
  options: { value: string; label: string }[];
}

export function Select(props: SelectProps) {
  const { name, id = name, value, required = false, autocomplete, hint, options } = props;
  const error = useErrorOf(props);
  return (
    <FieldFrame {...props} id={id} required={required} hint={hint} error={error} isFilter={props.isFilter}>
      <select
        id={`f-${id}`}
        name={name}
        required={required}
        autocomplete={autocomplete}
        {...describedBy(id, hint, error)}
      >
        {options.map(option => (
          <option key={option.value} value={option.value} selected={option.value === String(value ?? '')}>
            {option.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

/** A check box with its words beside it. */
export function Check({ name, label, checked = false, hint }: FieldProps & { checked?: boolean }) {
  return (
    <label class="check">
      <input type="checkbox" name={name} checked={checked} />
      <span>
        {label}
        {hint !== undefined && <small class="hint">{hint}</small>}
      </span>
    </label>
  );
}

function FieldFrame(props: {
  id: string;
  label: string;
  required: boolean;
  isFilter: boolean | undefined;
  hint: ComponentChildren;
  error: string | undefined;
  children: ComponentChildren;
}) {
  const { id, label, required, isFilter = false, hint, error, children } = props;
  const { words } = useView();
  return (
    <div class={error === undefined ? 'field' : 'field field-wrong'}>
      <label for={`f-${id}`}>
        {label} {!required && !isFilter && <small class="quiet">({words.things.optional})</small>}
      </label>
      {children}
      {hint !== undefined && (
        <small class="hint" id={`h-${id}`}>
          {hint}
        </small>
      )}
      {error !== undefined && (
        <small class="wrong" id={`e-${id}`}>
          <Icon name="warning" /> {error}
        </small>
      )}
    </div>
  );
}

function describedBy(id: string, hint: unknown, error: string | undefined) {
  const ids = [error === undefined ? '' : `e-${id}`, hint === undefined ? '' : `h-${id}`].filter(Boolean);
  return {
    ...(ids.length > 0 && { 'aria-describedby': ids.join(' ') }),
    ...(error !== undefined && { 'aria-invalid': true as const }),
  };
}

function useErrorOf({ name, error, errors }: Pick<FieldProps, 'name' | 'error' | 'errors'>): string | undefined {
  const { words } = useView();
  const word = errors?.[name];
  if (error !== undefined || word === undefined) return error;
  return word === 'required' ? words.problems.required : words.problems.invalid;
}

export type ButtonKind = 'primary' | 'secondary' | 'plain' | 'danger';

export interface ButtonProps {
  kind?: ButtonKind;
  icon?: IconName;
  name?: string;
  value?: string;
  disabled?: boolean;
  /** Sends the form to another address than its own. */
  formAction?: string;
  formMethod?: 'get' | 'post';
  /** Says more than the visible words, to those who hear one button of many alike; alone, it is the button's name. */
  label?: string;
  children?: ComponentChildren;
}

export function Button({ kind = 'primary', icon, children, label, ...button }: ButtonProps) {
  return (
    <button
      type="submit"
      class={`button button-${kind}`}
      aria-label={children === undefined ? label : undefined}
      {...button}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
      {children !== undefined && label !== undefined && <span class="hidden">: {label}</span>}
    </button>
  );
}

export function LinkButton(props: { href: string; kind?: ButtonKind; icon?: IconName; children: ComponentChildren }) {
  const { href, kind = 'primary', icon, children } = props;
  return (
    <a href={href} class={`button button-${kind}`}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </a>
  );
}
