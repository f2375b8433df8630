export const strokes = (hour) => {
  throw new Error('Write me');
};
