export default (): never => {
  const amount: = 1;
};
