/** Undoes steps in reverse, also after a step that failed half way. */
export const createTeardown = () => {
  const steps: (() => void | Promise<void>)[] = [];
  return {
    add: (step: () => void | Promise<void>) => void steps.push(step),
    run: async () => {
      for (const step of steps.splice(0).reverse()) await step();
    },
  };
};

export type Teardown = ReturnType<typeof createTeardown>;
