"""The suites of `powerlake evaluate`: public files through the production features, without a lake."""
