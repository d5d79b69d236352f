/** What the pages use of `vendor/preact.js`, which is htm and Preact in one minified file. */
type Setter<T> = (value: T | ((before: T) => T)) => void;
type Deps = readonly unknown[];

export function html(texts: TemplateStringsArray, ...values: unknown[]): any;
export function render(what: unknown, where: Element): void;
export function useState<T>(first: T | (() => T)): [T, Setter<T>];
export function useRef<T>(first: T): { current: T };
export function useMemo<T>(make: () => T, deps: Deps): T;
export function useCallback<F extends (...given: any[]) => unknown>(act: F, deps: Deps): F;
export function useEffect(act: () => void | (() => void), deps?: Deps): void;
