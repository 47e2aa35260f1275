exports.flavour = 'required';
