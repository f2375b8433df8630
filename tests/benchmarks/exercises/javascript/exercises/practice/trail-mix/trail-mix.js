export const mix = (first, second) => {
  throw new Error('Write me');
};
