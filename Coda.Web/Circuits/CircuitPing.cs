using Microsoft.JSInterop;

namespace Coda.Web.Circuits;

/// <summary>What a page asks to know whether its circuit answers.</summary>
public static class CircuitPing
{
    /// <summary>Does nothing: that it is answered says all.</summary>
    [JSInvokable("Ping")]
    public static void Answer()
    {
    }
}
