enum Colour {
  Red,
}

export default () => console.log(Colour.Red);
