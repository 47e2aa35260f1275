export default 'late module';
